/** The desk's look, in this order: what comes later overrules. */
import "./base.css";
import "./frame.css";
import "./thread.css";
import "./pages.css";
import "./files.css";
import "./beside.css";
import "./dialogs.css";
import "./narrow.css";
import "./page.css";
