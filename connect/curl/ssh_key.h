/* Keys of SSH, public and private, as far as one must look at them: RFC 4253 (6.6) and OpenSSH's PROTOCOL.key. Pure. */
#ifndef WEIR_CONNECT_CURL_SSH_KEY_H
#define WEIR_CONNECT_CURL_SSH_KEY_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

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

#endif
