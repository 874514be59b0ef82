/* A real mail server on the loopback: aiosmtpd, with what mail_server.py adds. It ends with the test. python3-aiosmtpd and openssl must be installed (scripts/deps --test). */
#ifndef WEIR_TESTS_SUPPORT_MAILER_H
#define WEIR_TESTS_SUPPORT_MAILER_H

#include "base/json.h"

#include <sys/types.h>

typedef struct
{
  char *folder;
  pid_t process;
  int port;
  char *ca_file; /* of its certificate, which is localhost's and 127.0.0.1's */
} Mailer;

/* options: as mail_server.py has them, but for the certificate's path: "--tls" alone; ends with NULL. */
Mailer *mailer_start (const char *folder, const char *const *options);
void mailer_stop (Mailer *mailer);

/* A certificate of its own authority for localhost and 127.0.0.1, with its key, in one PEM file. */
void mailer_certificate (const char *path);

/* What it took, in order. A new reference. */
Json *mailer_all (const Mailer *mailer);

#endif
