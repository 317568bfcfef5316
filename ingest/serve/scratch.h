/* What the protocols of one event loop share: big things, made on first need, that hold nothing between two calls. */
#ifndef SIFT_SERVE_SCRATCH_H
#define SIFT_SERVE_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

#include "engine/span.h"
#include "ingest/serve/origin.h"
#include "ingest/serve/unpress.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sift_json_reader;

/* One a loop; one thread. A protocol may use all of it during a call, and finds nothing of it at the next. */
struct sift_protocol_scratch {
  int64_t now_ns; /* the receiver's clock, set by the loop before it feeds; dates without a year are near it */
  struct sift_origin_scratch origin;
  struct sift_bytes text;          /* decoded text of one record */
  struct sift_bytes block;         /* of an inflated stream */
  struct sift_bytes inflated;      /* a whole inflated body */
  struct sift_json_reader *reader; /* NULL until sift_protocol_scratch_reader() */
  struct sift_unpress *unpress;    /* NULL until sift_protocol_scratch_unpress() */
};

void sift_protocol_scratch_init(struct sift_protocol_scratch *scratch);
void sift_protocol_scratch_release(struct sift_protocol_scratch *scratch);

/* Made on the first call; NULL when memory is out. */
struct sift_json_reader *sift_protocol_scratch_reader(struct sift_protocol_scratch *scratch);
struct sift_unpress *sift_protocol_scratch_unpress(struct sift_protocol_scratch *scratch);

#ifdef __cplusplus
}
#endif
#endif
