/* The Spaces wait in a heap, ordered by their next record's time. A Space's life is made when its first record is due and let
 * go after its last, so that what is held follows how many talk at once. */
#include "tools/fleetgen/stream.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define REST_NS INT64_C(30000000000) /* longer silences are not worth the memory */

struct speaker {
  struct sift_gen_life life;
  struct sift_gen_text text;
  size_t line; /* next to be read */
  char space[2 * SIFT_GEN_NAME_MAX];
  size_t space_len;
};

struct waiting {
  int64_t time_ns;
  uint32_t at; /* which Space of the stream */
};

struct sift_gen_stream {
  const struct sift_gen_fleet *fleet;
  uint64_t first;
  size_t count;
  struct waiting *heap;
  size_t heap_count;
  struct speaker **speakers; /* by Space; NULL before its first and after its last record */
  struct sift_gen_sum *sums;
  struct sift_gen_memo *memo; /* or NULL */
  struct speaker *resting;    /* its text is let go at the next call: it is silent for a while */
};

static bool earlier(const struct waiting *a, const struct waiting *b) {
  return a->time_ns < b->time_ns || (a->time_ns == b->time_ns && a->at < b->at);
}

static void sink(struct sift_gen_stream *stream, size_t i) {
  struct waiting *heap = stream->heap;
  struct waiting moved = heap[i];
  for (size_t child = 2 * i + 1; child < stream->heap_count; child = 2 * i + 1) {
    if (child + 1 < stream->heap_count && earlier(&heap[child + 1], &heap[child])) {
      child++;
    }
    if (!earlier(&heap[child], &moved)) {
      break;
    }
    heap[i] = heap[child];
    i = child;
  }
  heap[i] = moved;
}

enum sift_status sift_gen_stream_new(struct sift_gen_stream **out, const struct sift_gen_fleet *fleet, uint64_t first,
                                     size_t count) {
  assert(count > 0 && count <= UINT32_MAX);
  struct sift_gen_stream *stream = calloc(1, sizeof(*stream));
  *out = NULL;
  if (stream == NULL) {
    return SIFT_ENOMEM;
  }
  stream->fleet = fleet;
  stream->first = first;
  stream->count = count;
  stream->heap = calloc(count, sizeof(*stream->heap));
  stream->speakers = calloc(count, sizeof(struct speaker *));
  stream->sums = calloc(count, sizeof(*stream->sums));
  if (stream->heap == NULL || stream->speakers == NULL || stream->sums == NULL) {
    sift_gen_stream_free(stream);
    return SIFT_ENOMEM;
  }
  for (size_t i = 0; i < count; i++) {
    struct sift_gen_profile profile;
    sift_gen_fleet_profile(fleet, first + i, &profile);
    stream->heap[i] = (struct waiting){profile.start_ns[0], (uint32_t)i};
  }
  stream->heap_count = count;
  for (size_t i = count / 2; i > 0; i--) {
    sink(stream, i - 1);
  }
  *out = stream;
  return SIFT_OK;
}

void sift_gen_stream_remember(struct sift_gen_stream *stream, struct sift_gen_memo *memo) {
  stream->memo = memo;
}

static void speaker_free(struct speaker *speaker) {
  if (speaker != NULL) {
    sift_gen_text_release(&speaker->text);
    free(speaker);
  }
}

void sift_gen_stream_free(struct sift_gen_stream *stream) {
  if (stream == NULL) {
    return;
  }
  for (size_t i = 0; stream->speakers != NULL && i < stream->count; i++) {
    speaker_free(stream->speakers[i]);
  }
  free(stream->speakers);
  free(stream->heap);
  free(stream->sums);
  free(stream);
}

static struct speaker *speaker_new(const struct sift_gen_stream *stream, size_t at) {
  struct speaker *speaker = calloc(1, sizeof(*speaker));
  if (speaker == NULL) {
    return NULL;
  }
  sift_gen_life_init(&speaker->life, stream->fleet, stream->first + at);
  speaker->life.voice.memo = stream->memo;
  sift_gen_text_init(&speaker->text);
  speaker->space_len = (size_t)snprintf(speaker->space, sizeof(speaker->space), "%s/%s", speaker->life.owner, speaker->life.name);
  return speaker;
}

/* Puts the foremost Space back in its place, its next record due at `time_ns`. */
static void reorder(struct sift_gen_stream *stream, int64_t time_ns) {
  struct waiting *top = &stream->heap[0];
  if (time_ns != top->time_ns) {
    top->time_ns = time_ns;
    sink(stream, 0);
  }
}

/* Between slices: makes the next one, or lets the Space go. A Space that rests holds no text. */
static enum sift_status slice_next(struct sift_gen_stream *stream, struct speaker *speaker, uint32_t at) {
  speaker->line = 0;
  bool more = sift_gen_life_next(&speaker->life, &speaker->text);
  if (speaker->text.failed) {
    return SIFT_ENOMEM;
  }
  if (!more) {
    stream->sums[at] = (struct sift_gen_sum){speaker->life.bytes, (uint32_t)speaker->life.faults, speaker->life.decoys,
                                             speaker->life.attempts_shown};
    speaker_free(speaker);
    stream->speakers[at] = NULL;
    stream->heap[0] = stream->heap[--stream->heap_count];
    if (stream->heap_count > 0) {
      sink(stream, 0);
    }
  } else if (speaker->text.line_count > 0) {
    reorder(stream, speaker->text.lines[0].time_ns);
  }
  return SIFT_OK;
}

/* The foremost Space's next record was read: on to the one after it. */
static void line_read(struct sift_gen_stream *stream, struct speaker *speaker) {
  speaker->line++;
  if (speaker->line < speaker->text.line_count) {
    reorder(stream, speaker->text.lines[speaker->line].time_ns);
    return;
  }
  int64_t next_ns = sift_gen_life_time(&speaker->life);
  if (next_ns - stream->heap[0].time_ns > REST_NS) {
    stream->resting = speaker;
  }
  reorder(stream, next_ns);
}

static void rest(struct sift_gen_stream *stream) {
  if (stream->resting != NULL) {
    sift_gen_text_release(&stream->resting->text);
    stream->resting->line = 0;
    stream->resting = NULL;
  }
}

enum sift_status sift_gen_stream_next(struct sift_gen_stream *stream, struct sift_gen_record *out) {
  rest(stream);
  while (stream->heap_count > 0) {
    uint32_t at = stream->heap[0].at;
    struct speaker *speaker = stream->speakers[at];
    if (speaker == NULL) {
      speaker = stream->speakers[at] = speaker_new(stream, at);
      if (speaker == NULL) {
        return SIFT_ENOMEM;
      }
    }
    if (speaker->line < speaker->text.line_count) {
      const struct sift_gen_line *line = &speaker->text.lines[speaker->line];
      *out = (struct sift_gen_record){.index = stream->first + at,
                                      .space = sift_span(speaker->space, speaker->space_len),
                                      .channel = (enum sift_gen_channel)line->channel,
                                      .time_ns = line->time_ns,
                                      .text = sift_span(speaker->text.bytes + line->at, line->len),
                                      .broken = line->broken};
      line_read(stream, speaker);
      return SIFT_OK;
    }
    enum sift_status status = slice_next(stream, speaker, at);
    if (status != SIFT_OK) {
      return status;
    }
  }
  return SIFT_END;
}

struct sift_gen_sum sift_gen_stream_sum(const struct sift_gen_stream *stream, size_t at) {
  assert(at < stream->count);
  return stream->sums[at];
}
