/* Tells spacesift's own files by their first bytes, so that they are not read as logs. */
#ifndef SIFT_ENGINE_OWN_FILE_H
#define SIFT_ENGINE_OWN_FILE_H

#include <stdbool.h>

#include "engine/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether decompressed bytes begin with the header of a state or of events, of whatever version: a small msgpack map whose first
 * pair is `spacesift: "state"` or `"events"` (docs/state.md, docs/events.md). False where fewer bytes are at hand. */
bool sift_own_file_begins(struct sift_span bytes);

#ifdef __cplusplus
}
#endif
#endif
