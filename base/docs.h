/* Where the pages of docs/ are, for hints that name one: in the folder that this weir was built in, or installed beside it
 * (share/doc/weir). */
#ifndef WEIR_BASE_DOCS_H
#define WEIR_BASE_DOCS_H

/* The path of a page ("models.md"); "docs/models.md" where it is in neither place. Owned by the caller. */
char *docs_path (const char *page);

/* The same for a program at that path. */
char *docs_path_beside (const char *program, const char *page);

#endif
