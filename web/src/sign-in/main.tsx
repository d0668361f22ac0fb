import { render } from "preact";
import { SignIn } from "./SignIn";

const page = document.getElementById("page");
if (page) render(<SignIn />, page);
