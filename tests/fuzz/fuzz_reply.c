/* Property: what a server answers is read within its bytes; a whole reply is read the same whatever follows it, and none of its
 * beginnings is taken for a whole or a bad one. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "tools/fleetgen/reply.h"

static void check_within(struct sift_span part, struct sift_span all) {
  assert(part.len == 0 || (part.data >= all.data && part.len <= all.len && part.data + part.len <= all.data + all.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sift_span all = sift_span((const char *)data, size);
  struct sift_gen_reply reply = sift_gen_reply_read(all);
  check_within(reply.ack, all);
  check_within(reply.nonce, all);
  check_within(reply.auth, all);
  check_within(reply.reason, all);
  check_within(reply.hostname, all);
  check_within(reply.digest, all);
  assert(reply.len <= size);
  if (reply.kind == SIFT_GEN_REPLY_SHORT || reply.kind == SIFT_GEN_REPLY_BAD) {
    assert(reply.len == 0);
    return 0;
  }
  assert(reply.len > 0);
  struct sift_gen_reply alone = sift_gen_reply_read(sift_span(all.data, reply.len));
  assert(alone.kind == reply.kind && alone.len == reply.len);
  for (size_t len = 0; len < reply.len && len < 64; len++) {
    assert(sift_gen_reply_read(sift_span(all.data, len)).kind == SIFT_GEN_REPLY_SHORT);
  }
  return 0;
}
