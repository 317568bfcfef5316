#include "tools/fleetgen/output.h"

#include <stdio.h>

enum {
  FLUSH_BYTES = 128 * 1024,
  FRAME_BYTES = 4 * 1024 * 1024, /* of wrapped text: collectors append to a shard, so it has several frames */
};

enum sift_status sift_gen_output_init(struct sift_gen_output *output, const struct sift_gen_options *options) {
  *output = (struct sift_gen_output){.options = options};
  sift_gen_emitter_init(&output->emitter);
  sift_gen_text_init(&output->text);
  return sift_gen_writer_new(&output->writer, options->compression);
}

void sift_gen_output_release(struct sift_gen_output *output) {
  sift_gen_writer_free(output->writer);
  sift_gen_emitter_release(&output->emitter);
  sift_gen_text_release(&output->text);
}

/* DIR/logs/OWNER/NAME/CHANNEL.log.zst, or DIR/logs/shard-0000.jsonl.zst. */
static enum sift_status path_make(struct sift_gen_output *output, const struct sift_gen_record *record, uint64_t unit) {
  const struct sift_gen_options *options = output->options;
  const char *suffix = sift_gen_compression_suffix(options->compression);
  static const char *const formats[] = {"log", "jsonl", "sse", "jsonl"};
  if (options->format == SIFT_GEN_MIXED) {
    snprintf(output->path, sizeof(output->path), "%s/logs/shard-%04llu.jsonl%s", options->out, (unsigned long long)unit, suffix);
    return SIFT_OK;
  }
  size_t owner = (size_t)((const char *)memchr(record->space.data, '/', record->space.len) - record->space.data);
  snprintf(output->path, sizeof(output->path), "%s/logs/%.*s", options->out, (int)owner, record->space.data);
  enum sift_status status = sift_gen_directory_make(output->path);
  if (status == SIFT_OK) {
    snprintf(output->path, sizeof(output->path), "%s/logs/%.*s", options->out, (int)record->space.len, record->space.data);
    status = sift_gen_directory_make(output->path);
  }
  if (status == SIFT_OK) {
    snprintf(output->path, sizeof(output->path), "%s/logs/%.*s/%s.%s%s", options->out, (int)record->space.len, record->space.data,
             sift_gen_channel_name(record->channel), formats[options->format], suffix);
  }
  return status;
}

static enum sift_status output_open(struct sift_gen_output *output, const struct sift_gen_record *record, uint64_t unit) {
  enum sift_status status = path_make(output, record, unit);
  if (status == SIFT_OK) {
    status = sift_gen_writer_open(output->writer, output->path);
  }
  if (status == SIFT_OK) {
    uint64_t seed = sift_rng_mix(output->options->fleet.seed, unit * SIFT_GEN_CHANNELS + (uint64_t)record->channel);
    sift_gen_emitter_begin(&output->emitter, output->options->format, seed);
    sift_gen_text_clear(&output->text);
    output->frame_bytes = 0;
    output->open = true;
  }
  return status;
}

static enum sift_status output_flush(struct sift_gen_output *output) {
  enum sift_status status = sift_gen_writer_put(output->writer, sift_span(output->text.bytes, output->text.len));
  output->frame_bytes += output->text.len;
  output->wrapped_bytes += output->text.len;
  sift_gen_text_clear(&output->text);
  if (status == SIFT_OK && output->frame_bytes >= FRAME_BYTES) {
    output->frame_bytes = 0;
    status = sift_gen_writer_cut(output->writer);
  }
  return status;
}

enum sift_status sift_gen_output_close(struct sift_gen_output *output) {
  if (!output->open) {
    return SIFT_OK;
  }
  output->open = false;
  enum sift_status status = output->text.failed ? SIFT_ENOMEM : output_flush(output);
  enum sift_status closed = sift_gen_writer_close(output->writer);
  return status != SIFT_OK ? status : closed;
}

enum sift_status sift_gen_output_put(struct sift_gen_output *output, const struct sift_gen_record *record, uint64_t unit) {
  enum sift_status status = output->open ? SIFT_OK : output_open(output, record, unit);
  if (status != SIFT_OK) {
    return status;
  }
  sift_gen_emit(&output->emitter, &output->text, record);
  if (output->text.failed) {
    return SIFT_ENOMEM;
  }
  return output->text.len >= FLUSH_BYTES ? output_flush(output) : SIFT_OK;
}
