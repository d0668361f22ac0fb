import { render } from "preact";
import { Subsidy } from "./Subsidy";

const page = document.getElementById("page");
if (page) render(<Subsidy />, page);
