/* JSON strings → the bytes that a program printed. */
#ifndef SIFT_INGEST_JSON_TEXT_H
#define SIFT_INGEST_JSON_TEXT_H

#include <stdbool.h>

#include "engine/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Decodes what stands between the quotes of a JSON string into `out`, which holds at least raw.len + SIFT_PADDING bytes: the
 * result is never longer than `raw`, and the padding may be written to. A surrogate without its other half becomes U+FFFD,
 * \u0000 a NUL. False on an escape that JSON does not know. `out` may be where `raw` is. */
bool sift_json_unescape(struct sift_span raw, char *out, size_t *len);

/* Copies `text`, each maximal ill-formed part of UTF-8 replaced by U+FFFD (Unicode 15, section 3.9, "substitution of maximal
 * subparts"), into `out`, which holds at least 3 × text.len bytes. Returns the length. */
size_t sift_utf8_repair(struct sift_span text, char *out);

/* Whether a token is a JSON number, true, false or null. */
bool sift_json_scalar_valid(struct sift_span token);

#ifdef __cplusplus
}
#endif
#endif
