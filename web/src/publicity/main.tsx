import { render } from "preact";
import { Publicity } from "./Publicity";

const page = document.getElementById("page");
if (page) render(<Publicity />, page);
