/* What is around each page: its head, the navigation, and where the data are from. */
#ifndef WEIR_SRC_PAGE_FRAME_H
#define WEIR_SRC_PAGE_FRAME_H

#include "src/page/view.h"

/* section: as View has it, or NULL. */
void frame_open (Html *html, const Visit *visit, const char *title, const char *section);
void frame_close (Html *html, const Visit *visit);

#endif
