/* "page" of weir.json: where `weir page` listens, and who may see it. */
#ifndef WEIR_SRC_SETTINGS_SETTINGS_PAGE_H
#define WEIR_SRC_SETTINGS_SETTINGS_PAGE_H

#include "src/settings/settings.h"

#define PAGE_LISTEN "127.0.0.1:8080" /* where nobody says another */

/* Paths absolute. Owned. */
typedef struct
{
  char *listen;            /* never NULL */
  GStrv hosts;             /* names that a browser may call it by, besides addresses and localhost; NULL: none */
  char *password_file;     /* NULL: none is asked for */
  char *certificate, *key; /* of TLS, PEM; NULL: none */
  bool is_private;         /* "network": "private": whoever reaches the address may see everything */
} PageSettings;

PageSettings page_settings_read (const Settings *settings);
void page_settings_clear (PageSettings *page);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PageSettings, page_settings_clear)

/* Whether `weir watch` starts the page: "listen" is said. */
bool page_settings_wanted (const Settings *settings);

/* The check of the row, and its schema (a new reference). */
void page_settings_check (Json *value, const char *place, GPtrArray *mistakes);
Json *page_settings_schema (void);

#endif
