import { render } from "preact";
import { Report } from "./Report";

const page = document.getElementById("page");
if (page) render(<Report />, page);
