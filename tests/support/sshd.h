/* A real SSH server on the loopback, run by whoever runs the tests, with keys of its own in a folder; its files are those of this machine. It ends with the test.
 * OpenSSH must be installed (scripts/deps --test). */
#ifndef WEIR_TESTS_SUPPORT_SSHD_H
#define WEIR_TESTS_SUPPORT_SSHD_H

#include "base/json.h"

#include <sys/types.h>

typedef struct
{
  char *folder;
  pid_t process;
  int port;
  char *user;
  char *host_key;    /* "SHA256:..." of its ed25519 key */
  char *known_hosts; /* a file with it */
  char *key_file;    /* a user's key that is let in: ed25519 */
} Sshd;

Sshd *sshd_start (const char *folder);
Sshd *sshd_start_with (const char *folder, const char *other_type); /* with another host key ("ecdsa"), which it shows first */
void sshd_stop (Sshd *sshd);

/* A connection of weir.json to it, by key and fingerprint. port 0: its own. A new reference. */
Json *sshd_connection (const Sshd *sshd, int port);

/* Another key of this type ("ed25519", "rsa"), encrypted where there is a passphrase, and let in where "authorized". Its path; owned by the caller. */
char *sshd_new_key (const Sshd *sshd, const char *name, const char *type, const char *passphrase, bool authorized);

/* A signal to all processes of its sessions. */
void sshd_signal_sessions (const Sshd *sshd, int signal_number);

#endif
