/* Records as Fluent Bit makes them of a node's container logs: the tail input and the kubernetes filter. */
#ifndef SIFT_FLEETGEN_KUBERNETES_H
#define SIFT_FLEETGEN_KUBERNETES_H

#include "tools/fleetgen/moment.h"
#include "tools/fleetgen/stream.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Appends the record as a line of JSON, or as a msgpack map. The Space stands in the labels space-owner and space-name, as a
 * label's value cannot hold a '/', the channel in the label "channel". */
void sift_gen_kubernetes_json(struct sift_gen_text *out, struct sift_gen_day *day, const struct sift_gen_record *record);
void sift_gen_kubernetes_pack(struct sift_gen_text *out, struct sift_gen_day *day, const struct sift_gen_record *record);

#ifdef __cplusplus
}
#endif
#endif
