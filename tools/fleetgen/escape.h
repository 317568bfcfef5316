/* The inside of JSON strings. */
#ifndef SIFT_FLEETGEN_ESCAPE_H
#define SIFT_FLEETGEN_ESCAPE_H

#include "engine/span.h"
#include "tools/fleetgen/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Appends `text` as it stands between the quotes of a JSON string. `broken`: it is not UTF-8, and bytes that never are become
 * U+FFFD. */
void sift_gen_escape_put(struct sift_gen_text *out, struct sift_span text, bool broken);

#ifdef __cplusplus
}
#endif
#endif
