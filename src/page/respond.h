/* What is answered to a request, from its headers to the bytes: who may ask, which view it is, and what every answer carries. */
#ifndef WEIR_SRC_PAGE_RESPOND_H
#define WEIR_SRC_PAGE_RESPOND_H

#include "src/page/view.h"

/* The answer is begun (answer_begin). */
void respond (Page *page, const Request *request, Answer *answer);

/* The view of a path, and its parts; NULL: there is none. ret_parts is the caller's. */
const View *respond_find_view (const char *path, GStrv *ret_parts);

#endif
