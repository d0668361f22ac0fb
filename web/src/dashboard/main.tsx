import { render } from "preact";
import { Dashboard } from "./Dashboard";

const page = document.getElementById("page");
if (page) render(<Dashboard />, page);
