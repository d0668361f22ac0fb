import { render } from "preact";
import { PublicLists } from "./PublicLists";

const page = document.getElementById("page");
if (page) render(<PublicLists />, page);
