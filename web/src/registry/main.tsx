import { render } from "preact";
import { Registry } from "./Registry";

const page = document.getElementById("page");
if (page) render(<Registry />, page);
