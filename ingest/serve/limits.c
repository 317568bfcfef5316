#include "engine/batch.h"
#include "ingest/serve/protocol.h"

struct sift_live_limits sift_live_limits_usual(void) {
  return (struct sift_live_limits){.frame_bytes_max = (size_t)16 * 1024 * 1024,
                                   .line_bytes_max = SIFT_LINE_BYTES_MAX,
                                   .inflated_bytes_max = (size_t)64 * 1024 * 1024,
                                   .window_log_max = 23};
}
