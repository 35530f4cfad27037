/** Where the page begins. */
import { App } from "./app";
import { connect as connectEditor, inEditor } from "./editorHost";
import { connect as connectService } from "./serviceHost";

async function begin(): Promise<void> {
  new App(inEditor() ? await connectEditor() : connectService()).start();
}

void begin();
