/** The staff desk: starts the app in the page. */
import { mount } from "svelte";
import App from "./App.svelte";
import "./styles";

const target = document.getElementById("desk");
if (target) mount(App, { target });
