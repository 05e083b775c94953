/** What `nuncio build` wrote, as text: parsing JSON is several times cheaper than evaluating it as a module. */
declare module "*/compiled-config.txt" {
  const text: string;
  export default text;
}
