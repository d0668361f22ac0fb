import { render } from "preact";
import { Certificates } from "./Certificates";

const page = document.getElementById("page");
if (page) render(<Certificates />, page);
