#include "ingest/serve/recall.h"

#include "engine/unpack.h"

enum { RECALL_VERSION = 1 };

enum sift_status sift_recall_write(struct sift_pack *out, struct sift_span streams) {
  char *at = sift_pack_reserve(out, (size_t)3 * SIFT_PACK_MAX + streams.len);
  if (at == NULL) {
    return SIFT_ENOMEM;
  }
  at = sift_put_unsigned(sift_put_array(at, 2), RECALL_VERSION);
  at = sift_put_bytes(sift_put_bin_head(at, streams.len), streams);
  sift_pack_commit(out, at);
  return SIFT_OK;
}

enum sift_status sift_recall_read(struct sift_span extra, struct sift_span *streams) {
  struct sift_cursor cursor = sift_cursor(extra);
  sift_cursor_expect(&cursor, sift_take_array(&cursor, 2) == 2);
  sift_cursor_expect(&cursor, sift_take_unsigned(&cursor) == RECALL_VERSION);
  *streams = sift_take_text(&cursor, UINT32_MAX);
  return cursor.fault == SIFT_FAULT_NONE ? SIFT_OK : SIFT_ECORRUPT;
}
