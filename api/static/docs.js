"use strict";

// Swagger UI fills every field of a form with its example. For an optional parameter that would be a filter nobody asked
// for, and for a cursor one that no list has given out; so here examples of those are shown in no form.
const emptyForms = () => ({
  statePlugins: {
    spec: {
      wrapActions: {
        updateJsonSpec: (update) => (document) => {
          const all = [document.components?.parameters ?? {}, ...Object.values(document.paths ?? {})].flatMap(
            (item) => [...(item.parameters ?? []), ...Object.values(item).flatMap((part) => part?.parameters ?? [])],
          );
          for (const parameter of all) {
            if (parameter.in === "query" && !parameter.required) {
              delete parameter.example;
              delete parameter.examples;
              delete parameter.schema?.example;
              delete parameter.schema?.examples;
              delete parameter.schema?.items?.example;
              delete parameter.schema?.items?.examples;
            }
          }
          return update(document);
        },
      },
    },
  },
});

window.addEventListener("load", () => {
  window.SwaggerUIBundle({
    url: "/v1/openapi.json",
    dom_id: "#swagger-ui",
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    validatorUrl: null,
    plugins: [emptyForms],
  });
});
