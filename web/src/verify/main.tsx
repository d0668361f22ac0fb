import { render } from "preact";
import { Verify } from "./Verify";

const page = document.getElementById("page");
if (page) render(<Verify />, page);
