/* The files of src/page/assets, compiled in. */
#ifndef WEIR_SRC_PAGE_ASSETS_H
#define WEIR_SRC_PAGE_ASSETS_H

#define ASSET_STYLE "/style.css"
#define ASSET_SCRIPT "/page.js"
#define ASSET_ICON "/icon.svg"

typedef struct
{
  const char *name; /* "style.css" */
  const char *text;
} Asset;

extern const Asset page_assets[]; /* ends with a name of 0 */

#endif
