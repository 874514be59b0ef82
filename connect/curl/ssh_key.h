/* Keys of SSH, public and private, as far as one must look at them: RFC 4253 (6.6) and OpenSSH's PROTOCOL.key. Pure. */
#ifndef WEIR_CONNECT_CURL_SSH_KEY_H
#define WEIR_CONNECT_CURL_SSH_KEY_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a public key's bytes: "SHA256:..." as ssh-keygen -l says it, and the same with its type: "SHA256:... (ssh-ed25519)". Owned by the caller. */
char *ssh_key_fingerprint (const char *key, size_t length);
char *ssh_key_describe (const char *key, size_t length);

typedef struct
{
  bool is_key;       /* it looks like a private key */
  bool is_rsa;       /* false also where its type cannot be seen without its passphrase */
  bool is_encrypted; /* it needs a passphrase */
} SshKeyLook;

/* Of a private key's file, as text. */
SshKeyLook ssh_key_look (const char *text);

/* The keys of a host in a known_hosts file's text (sshd(8): names, patterns, hashed names), a line each, the best types first: libcurl has the server show a key of the type that comes
 * first, and an RSA key, with which such files often begin, is signed in a way that current servers have given up. What libcurl itself makes of such files is less: it takes the first
 * hashed line for everybody's, and ends at a line that it does not know. Keys that are @revoked are none. Owned by the caller. */
char *ssh_key_known_hosts (const char *text, const char *host, int64_t port);

/* A line of such a file. Owned by the caller. */
char *ssh_key_known_line (const char *host, int64_t port, const char *type, const char *key);

#endif
