"""The pages of web/: built once for each state of their sources, with Node.js of the machine or of a package."""
