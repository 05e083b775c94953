/** What `nuncio build` wrote, as text; bundled by the rule in wrangler.toml. */
declare module "*/compiled-config.json" {
  const text: string;
  export default text;
}
