/* Reads one slot of the grammar. */
#ifndef SIFT_FLEETGEN_SLOT_H
#define SIFT_FLEETGEN_SLOT_H

#include <stdbool.h>

#include "engine/span.h"
#include "tools/fleetgen/grammar.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `slot` is what stands between the braces. `name` is the rule it names, borrowed from `slot`, or empty; the caller looks it
 * up. False where the slot cannot be read. */
bool sift_gen_slot_parse(struct sift_span slot, struct sift_gen_op *op, struct sift_span *name);

#ifdef __cplusplus
}
#endif
#endif
