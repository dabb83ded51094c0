"""The dialogue engine as the service sees it: a pure function behind HTTP."""
