/* A new key secret for a home, its database and the files that both are made of (`weir key rotate`).
 *
 *   rotating_begin     the new secret lies beside the old one, no other session loads any of the tables
 *   rotating_do        in one transaction; and the secret takes its place
 *   rotating_clear     what was not done leaves nothing
 *
 * Whenever the process dies, nothing is lost:
 *
 *   key_secret.next    nothing was changed; the next rotation makes another
 *   COMMIT             whoever connects next puts it in its place (database_settle_secret)
 *   in its place       nothing */
#ifndef WEIR_SRC_LOAD_ROTATING_H
#define WEIR_SRC_LOAD_ROTATING_H

#include "pipeline/warehouse/rotate.h"
#include "src/load/loader.h"

typedef struct
{
  const char *secret_file; /* of a secret that others have made, which stays where it is; NULL: one is made */
  const char *aliases;     /* the file that gets what each id was and is; NULL: none */
  bool dry_run;            /* all of it is made, and nothing changed */
} RotatingWish;

typedef struct
{
  RotateTask task;
  Rotate *rotate;
  char *secret; /* the new one */
  char *former; /* the file that has the old one then; NULL: that stays where it is */
  bool made;    /* key_secret.next is ours */
} Rotating;

bool rotating_begin (Loader *loader, const RotatingWish *wish, Rotating *ret_rotating, GError **error);

/* Of what is read of files "tell" is told the name. An error behind the COMMIT says so. */
bool rotating_do (Loader *loader, Rotating *rotating, const RotatingWish *wish, void (*tell) (const char *file), GError **error);

void rotating_clear (Rotating *rotating, const Settings *settings);

#endif
