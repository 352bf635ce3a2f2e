// How the editors show text. GraphiQL makes them itself and takes no options for them, so they
// are set as they come up.
import { editor } from 'monaco-graphql/esm/monaco-editor.js';

editor.onDidCreateEditor((made) => {
  made.updateOptions({
    // Chinese punctuation is no disguise here: without this every full-width comma gets a box.
    unicodeHighlight: { ambiguousCharacters: false },
    // Long names and tokens go on in the next line instead of out of sight.
    wordWrap: 'on',
  });
});
