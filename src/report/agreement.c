#include "src/report/agreement.h"

#include "base/error.h"
#include "pipeline/layout/pins.h"

bool
agreement_check (const Model *model, const char *pinned_kind, const char *pinned_key, const void *secret, size_t secret_length,
                 GError **error)
{
  const char *kind = model_kind_word (model->kind);
  if (pinned_kind != NULL && !g_str_equal (pinned_kind, kind))
    {
      weir_error (error, WEIR_ERROR_MODEL, "%s says \"%s\" is a %s, but it was loaded as a %s", model->path, model->table, kind,
                  pinned_kind);
      weir_error_hint (error, "Set \"kind\" back to \"%s\", or give the new table another name.", pinned_kind);
      return false;
    }
  if (pinned_key == NULL || model_is_keyless (model))
    return true;
  if (model->hash == KEY_HMAC_SHA256 && secret == NULL)
    return weir_error (error, WEIR_ERROR_MODEL, "the keys of \"%s\" need the key secret, which could not be read", model->table),
           false;
  g_autofree char *key = key_definition (model, secret, secret_length);
  return key_definition_check (model->table, pinned_key, key, error);
}
