#include "tools/fleetgen/inbox.h"

#include <stdio.h>
#include <string.h>

static enum sift_status bad(struct sift_gen_link *link) {
  snprintf(link->error, sizeof link->error, "the server answers what no Forward server does; is it one?");
  return SIFT_EFORMAT;
}

enum sift_status sift_gen_inbox_next(struct sift_gen_inbox *inbox, struct sift_gen_link *link, int64_t deadline_ns,
                                     struct sift_gen_reply *out) {
  for (;;) {
    *out = sift_gen_reply_read(sift_span(inbox->bytes + inbox->begin, inbox->end - inbox->begin));
    if (out->kind != SIFT_GEN_REPLY_SHORT) {
      inbox->begin += out->len;
      return out->kind != SIFT_GEN_REPLY_BAD ? SIFT_OK : bad(link);
    }
    memmove(inbox->bytes, inbox->bytes + inbox->begin, inbox->end - inbox->begin);
    inbox->end -= inbox->begin;
    inbox->begin = 0;
    if (inbox->end == sizeof inbox->bytes) {
      return bad(link);
    }
    size_t got;
    enum sift_status status =
        sift_gen_link_receive(link, inbox->bytes + inbox->end, sizeof inbox->bytes - inbox->end, deadline_ns, &got);
    if (status != SIFT_OK || got == 0) {
      return status;
    }
    inbox->end += got;
  }
}
