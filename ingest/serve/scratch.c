#include "ingest/serve/scratch.h"

#include "ingest/json_records.h"

void sift_protocol_scratch_init(struct sift_protocol_scratch *scratch) {
  *scratch = (struct sift_protocol_scratch){0};
}

void sift_protocol_scratch_release(struct sift_protocol_scratch *scratch) {
  sift_origin_scratch_release(&scratch->origin);
  sift_bytes_release(&scratch->text);
  sift_bytes_release(&scratch->block);
  sift_bytes_release(&scratch->inflated);
  sift_json_reader_free(scratch->reader);
  sift_unpress_free(scratch->unpress);
  sift_protocol_scratch_init(scratch);
}

struct sift_json_reader *sift_protocol_scratch_reader(struct sift_protocol_scratch *scratch) {
  if (scratch->reader == NULL) {
    scratch->reader = sift_json_reader_new();
  }
  return scratch->reader;
}

struct sift_unpress *sift_protocol_scratch_unpress(struct sift_protocol_scratch *scratch) {
  if (scratch->unpress == NULL) {
    (void)sift_unpress_new(&scratch->unpress);
  }
  return scratch->unpress;
}
