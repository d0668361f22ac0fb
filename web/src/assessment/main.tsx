import { render } from "preact";
import { Assessment } from "./Assessment";

const page = document.getElementById("page");
if (page) render(<Assessment />, page);
