/* From records to tallies, whatever the road: gathered in batches of any size, by any of one to three loops, scanned by workers that
 * only tell events, written as entries, applied in the order of their numbers, cut at any place by restarts on both sides, collected
 * at any time, replayed from a checkpoint, the tallies are those of one worker that scans each stream for itself, byte for byte; and
 * those of a batch worker, but for line numbers, which live streams have none of. */
#include "ingest/serve/entry.h"
#include "ingest/serve/gather.h"
#include "tests/support/live_worker.h"

enum { LOOPS_MAX = 3, RECORDS_MAX = 400 };
#define T0 INT64_C(1700000000000000000)

/* What came, in the order in which it came; each stream has one loop. */
struct world {
  struct test_random random;
  const struct sift_database *database;
  struct live_line lines[RECORDS_MAX];
  unsigned loop_of[RECORDS_MAX];
  unsigned count, loops, loop_of_stream[LIVE_STREAMS];
};

struct loop {
  struct sift_gather gather;
  struct sift_pack events;
  struct sift_event_sink sink;
  struct sift_worker *teller;
};

struct chain {
  struct world *world;
  struct loop loops[LOOPS_MAX];
  struct sift_worker *applier;
  struct sift_pack entries[2 * RECORDS_MAX + LOOPS_MAX]; /* the journal */
  size_t written, applied;
  struct live_runs runs; /* collected */
  struct sift_pack checkpoint;
  size_t checkpoint_applied, checkpoint_runs;
};

static uint32_t below(struct world *world, uint32_t limit) {
  return test_random_below(&world->random, limit);
}

static void make_world(struct world *world) {
  uint64_t offsets[LOOPS_MAX] = {0};
  int64_t time_ns = T0;
  world->count = below(world, RECORDS_MAX);
  world->loops = 1 + below(world, LOOPS_MAX);
  for (unsigned i = 0; i < LIVE_STREAMS; i++) {
    world->loop_of_stream[i] = below(world, world->loops);
  }
  for (unsigned i = 0; i < world->count; i++) {
    struct live_line *line = &world->lines[i];
    live_random_line(&world->random, line, 3);
    char text[sizeof line->text];
    memcpy(text, line->text, sizeof text);
    unsigned loop = world->loop_of_stream[line->stream];
    time_ns += below(world, 3) * INT64_C(1000000000);
    line->time_ns = below(world, 3) == 0 ? SIFT_TIME_NONE : time_ns - below(world, 5) * INT64_C(60000000000);
    line->arrived_ns = T0 + INT64_C(3600000000000);
    line->offset = offsets[loop];
    offsets[loop] += sift_clean_plain(text, strlen(text));
    world->loop_of[i] = loop;
  }
}

/* ---- the chain ---- */

static void begin(struct chain *chain, struct world *world) {
  memset(chain, 0, sizeof *chain);
  chain->world = world;
  for (unsigned i = 0; i < world->loops; i++) {
    struct loop *loop = &chain->loops[i];
    loop->sink = (struct sift_event_sink){live_keep_events, &loop->events};
    loop->teller = live_worker(world->database, &loop->sink, 0);
  }
  chain->applier = live_worker(world->database, NULL, 1 + below(world, 2) * 300000);
}

static void end(struct chain *chain) {
  for (unsigned i = 0; i < chain->world->loops; i++) {
    sift_gather_release(&chain->loops[i].gather);
    sift_pack_release(&chain->loops[i].events);
    sift_worker_free(chain->loops[i].teller);
  }
  for (size_t i = 0; i < chain->written; i++) {
    sift_pack_release(&chain->entries[i]);
  }
  sift_pack_release(&chain->checkpoint);
  sift_worker_free(chain->applier);
}

/* What was gathered becomes an entry. */
static void flush(struct chain *chain, struct loop *loop) {
  struct sift_entry_lines lines[LIVE_STREAMS + 1];
  struct sift_batch batch;
  if (sift_gather_empty(&loop->gather)) {
    return;
  }
  sift_gather_batch(&loop->gather, T0 + INT64_C(3600000000000), &batch);
  live_must(sift_worker_batch(loop->teller, &batch) == SIFT_OK);
  live_must(sift_worker_flush_events(loop->teller) == SIFT_OK);
  live_must(loop->gather.counted_count <= LIVE_STREAMS + 1);
  const struct sift_streams *streams = sift_worker_streams(loop->teller);
  for (uint32_t i = 0; i < loop->gather.counted_count; i++) {
    const struct sift_gathered *counted = &loop->gather.counted[i];
    lines[i] = (struct sift_entry_lines){streams->items[counted->stream].space, counted->lines, counted->bytes};
  }
  const struct sift_entry entry = {.source = sift_span_of("tcp://live"),
                                   .received_ns = T0,
                                   .events = sift_span(loop->events.bytes, loop->events.len),
                                   .lines = lines,
                                   .line_count = loop->gather.counted_count,
                                   .offset_end = loop->gather.offset};
  live_must(sift_entry_encode(&entry, &chain->entries[chain->written++]) == SIFT_OK);
  loop->events.len = 0;
  sift_gather_clear(&loop->gather);
}

static void gather(struct chain *chain, unsigned number) {
  const struct live_line *line = &chain->world->lines[number];
  struct loop *loop = &chain->loops[chain->world->loop_of[number]];
  enum sift_reason reason = SIFT_REASONS;
  uint32_t stream = sift_streams_find(sift_worker_streams(loop->teller), sift_span_of(live_spaces[line->stream]),
                                      sift_span_of(live_channels[line->stream]), &reason);
  live_must(loop->gather.offset == line->offset);
  live_must(sift_gather_record(&loop->gather, stream, sift_span_of(line->text), line->time_ns) == SIFT_OK);
}

static void apply(struct chain *chain, size_t until) {
  for (; chain->applied < until; chain->applied++) {
    const struct sift_pack *entry = &chain->entries[chain->applied];
    struct sift_entry_applied told;
    live_must(sift_entry_apply(sift_span(entry->bytes, entry->len), chain->applied + 1, chain->applier, NULL, &told) == SIFT_OK);
    live_must(told.unknown_events == 0);
  }
}

static struct sift_worker *restored(struct sift_worker *from, struct sift_worker *into) {
  struct sift_pack kept = {0};
  live_must(sift_worker_keep(from, &kept) == SIFT_OK);
  live_must(sift_worker_restore(into, sift_span(kept.bytes, kept.len)) == SIFT_OK);
  sift_pack_release(&kept);
  sift_worker_free(from);
  return into;
}

/* Rules were read again: the loop goes on with another worker. */
static void change_teller(struct chain *chain, struct loop *loop) {
  flush(chain, loop);
  loop->teller = restored(loop->teller, live_worker(chain->world->database, &loop->sink, 0));
}

static void collect(struct chain *chain) {
  struct sift_state_buffer overlay;
  live_must(sift_worker_overlay(chain->applier, &overlay) == SIFT_OK); /* as a view is made */
  sift_state_buffer_release(&overlay);
  live_take_runs(chain->applier, &chain->runs);
}

static void write_checkpoint(struct chain *chain) {
  collect(chain);
  chain->checkpoint.len = 0;
  live_must(sift_worker_keep(chain->applier, &chain->checkpoint) == SIFT_OK);
  chain->checkpoint_applied = chain->applied;
  chain->checkpoint_runs = chain->runs.count;
}

/* All that came since the checkpoint is forgotten, and replayed from the journal. */
static void crash(struct chain *chain) {
  while (chain->runs.count > chain->checkpoint_runs) {
    free((void *)(uintptr_t)chain->runs.items[--chain->runs.count].bytes);
  }
  sift_worker_free(chain->applier);
  chain->applier = live_worker(chain->world->database, NULL, 1 + below(chain->world, 2) * 300000);
  if (chain->checkpoint.len > 0) {
    live_must(sift_worker_restore(chain->applier, sift_span(chain->checkpoint.bytes, chain->checkpoint.len)) == SIFT_OK);
  }
  chain->applied = chain->checkpoint_applied;
}

static void happen(struct chain *chain) {
  struct world *world = chain->world;
  switch (below(world, 40)) {
  case 0:
    change_teller(chain, &chain->loops[below(world, world->loops)]);
    break;
  case 1:
    collect(chain);
    break;
  case 2:
    write_checkpoint(chain);
    break;
  case 3:
    crash(chain);
    break;
  case 4:
    chain->applier = restored((collect(chain), chain->applier), live_worker(world->database, NULL, 0));
    break;
  case 5:
  case 6:
  case 7:
  case 8:
  case 9:
    flush(chain, &chain->loops[below(world, world->loops)]);
    break;
  case 10:
  case 11:
  case 12:
    apply(chain, chain->written);
    break;
  default:
    break;
  }
}

static void run_chain(struct world *world, struct sift_state_buffer *out) {
  static struct chain chain;
  begin(&chain, world);
  for (unsigned i = 0; i < world->count; i++) {
    gather(&chain, i);
    happen(&chain);
  }
  for (unsigned i = 0; i < world->loops; i++) {
    flush(&chain, &chain.loops[i]);
  }
  apply(&chain, chain.written);
  live_must(sift_worker_end(chain.applier, 0) == SIFT_OK);
  live_take_runs(chain.applier, &chain.runs);
  live_fold(sift_database_ruleset(world->database), &chain.runs, out);
  end(&chain);
}

/* ---- what it must come to ---- */

/* Each stream by itself, a line after the other; `live`: by a worker like the chain's, else by one that scans files. */
static void run_worker(const struct world *world, bool live, struct sift_state_buffer *out) {
  const struct sift_worker_config config = {.database = world->database, .spaces_max = 1000, .mode = SIFT_SCAN_LINES};
  struct sift_worker *worker = NULL;
  if (live) {
    worker = live_worker(world->database, NULL, 0);
  } else {
    live_must(sift_worker_new(&worker, &config) == SIFT_OK);
    live_must(sift_worker_begin(worker, sift_span_of("tcp://live")) == SIFT_OK);
  }
  for (unsigned stream = 0; stream < LIVE_STREAMS; stream++) {
    for (unsigned i = 0; i < world->count; i++) {
      if (world->lines[i].stream == stream) {
        live_feed(worker, &world->lines[i]);
      }
    }
  }
  live_state(worker, sift_database_ruleset(world->database), true, out);
  sift_worker_free(worker);
}

/* ---- rounds ---- */

static int fail(const char *what, uint64_t seed, const char *got, const char *want) {
  fprintf(stderr, "FAILED: %s; repeat with SIFT_PROPERTY_SEED=%llu SIFT_PROPERTY_ROUNDS=1\nthe chain:\n%s\nthe worker:\n%s\n", what,
          (unsigned long long)seed, got, want);
  return 1;
}

static int round_fails(const struct sift_database *database, uint64_t seed) {
  static struct world world;
  const struct sift_ruleset *ruleset = sift_database_ruleset(database);
  struct sift_state_buffer states[3]; /* the chain's, the live worker's, the batch worker's */
  char *texts[3];
  int failed = 0;
  world = (struct world){.random = {seed}, .database = database};
  make_world(&world);
  run_chain(&world, &states[0]);
  run_worker(&world, true, &states[1]);
  run_worker(&world, false, &states[2]);
  for (int i = 0; i < 3; i++) {
    texts[i] = live_text(ruleset, &states[i]);
  }
  if (!live_same_state(&states[0], &states[1])) {
    failed = fail("states differ", seed, texts[0], texts[1]);
  } else if (strcmp(texts[0], texts[2]) != 0) {
    failed = fail("not what a batch worker finds", seed, texts[0], texts[2]);
  }
  for (int i = 0; i < 3; i++) {
    free(texts[i]);
    sift_state_buffer_release(&states[i]);
  }
  return failed;
}

int main(void) {
  struct sift_ruleset *ruleset = test_ruleset(live_rules, LIVE_RULES);
  struct sift_database *database = test_database(ruleset);
  uint64_t seed = test_seed(1);
  unsigned rounds = test_rounds(150);
  int failed = 0;
  for (unsigned i = 0; i < rounds && !failed; i++) {
    failed = round_fails(database, seed + i);
  }
  sift_database_free(database);
  sift_ruleset_free(ruleset);
  if (!failed) {
    printf("%u rounds: batches, loops, restarts, collecting and replaying change nothing\n", rounds);
  }
  return failed;
}
