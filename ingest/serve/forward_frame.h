/* Finds where a Forward message ends while its bytes still come, in linear time however they are cut, and where its parts
 * begin. Keeps a few numbers, allocates nothing, and believes no count that the limit cannot hold. */
#ifndef SIFT_SERVE_FORWARD_FRAME_H
#define SIFT_SERVE_FORWARD_FRAME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* PING has six parts, a message at most four. */
enum { SIFT_FORWARD_PARTS_MAX = 6 };

/* All zero: before the first byte of a message. */
struct sift_forward_frame {
  uint64_t looked;                              /* where the next head stands, perhaps behind the bytes that came so far */
  uint64_t open;                                /* objects still to come; 0 once the message is whole */
  uint32_t parts;                               /* of the outermost array; 0 for nil */
  uint32_t begun;                               /* of those, how many places stand in part_at */
  uint64_t part_at[SIFT_FORWARD_PARTS_MAX + 1]; /* offsets; the one behind the last part is where it ends */
};

enum sift_frame_state {
  SIFT_FRAME_MORE,     /* the bytes end before the message does */
  SIFT_FRAME_WHOLE,    /* it is `looked` bytes long */
  SIFT_FRAME_TOO_LONG, /* it is, or says it is, longer than the limit */
  SIFT_FRAME_JSON,     /* begins as JSON text does */
  SIFT_FRAME_BAD,      /* begins with neither an array nor nil, or has a byte that begins no object */
};

/* Looks on. `bytes` begins with the message's first byte, in every call, and len > 0. */
enum sift_frame_state sift_forward_frame_find(struct sift_forward_frame *frame, const char *bytes, size_t len, size_t bytes_max);

#ifdef __cplusplus
}
#endif
#endif
