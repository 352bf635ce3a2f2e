/* What the disk of faulty.c does not hold yet, and what becomes of it when the power goes. It must
 * never ask what the program wants with its files. Included once, after the settings. */

/* ---- The journal of what is not synced ---- */

enum what { KEPT, WRITTEN, RESIZED, CREATED, UNLINKED, RENAMED, DIRECTORY };

struct act {
  enum what what;
  dev_t device;
  ino_t inode; /* of the file, or of the directory it happened in */
  int own;     /* our descriptor of the file */
  off_t at, old_size, new_size;
  size_t length, old_length;
  unsigned char *old, *new;
  char *path, *other, *kept; /* kept: where the stash has what was removed */
};

static struct act *acts;
static size_t known, room;

/* Descriptors of our own, one a file. Never closed: closing any would drop SQLite's locks. */
static struct { dev_t device; ino_t inode; int own; } *files;
static size_t file_count;

static int journaling(void) { return cut_at > 0 || cut_at_end || losing; }

static int own_descriptor(const char *path, const struct stat *seen) {
  for (size_t i = 0; i < file_count; i++)
    if (files[i].device == seen->st_dev && files[i].inode == seen->st_ino) return files[i].own;
  int own = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
  if (own < 0) give_up("faulty: cannot open %s beside the program\n", path);
  files = realloc(files, (file_count + 1) * sizeof *files);
  files[file_count].device = seen->st_dev;
  files[file_count].inode = seen->st_ino;
  files[file_count++].own = own;
  return own;
}

static struct act *note(enum what what, const struct stat *of) {
  if (known == room) acts = realloc(acts, (room = room ? room * 2 : 64) * sizeof *acts);
  struct act *act = &acts[known++];
  memset(act, 0, sizeof *act);
  act->what = what;
  act->device = of->st_dev;
  act->inode = of->st_ino;
  return act;
}

static void save_old(struct act *act, off_t from, size_t length) {
  act->old = malloc(length ? length : 1);
  ssize_t got = syscall(SYS_pread64, act->own, act->old, length, from);
  act->old_length = got > 0 ? (size_t)got : 0;
}

static void note_write(int fd, const struct stat *seen, const void *bytes, size_t length, off_t at) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  int own = own_descriptor(link, seen);
  struct act *act = note(WRITTEN, seen);
  act->own = own;
  act->at = at;
  act->length = length;
  act->old_size = seen->st_size;
  act->new_size = at + (off_t)length > seen->st_size ? at + (off_t)length : seen->st_size;
  act->new = memcpy(malloc(length ? length : 1), bytes, length);
  save_old(act, at, length);
}

static void note_resize(const char *opened, const struct stat *seen, off_t size) {
  int own = own_descriptor(opened, seen);
  struct act *act = note(RESIZED, seen);
  act->own = own;
  act->at = size;
  act->old_size = seen->st_size;
  act->new_size = size;
  save_old(act, size, size < seen->st_size ? (size_t)(seen->st_size - size) : 0);
}

static void note_entry(enum what what, const char *path, const char *other, char *kept) {
  char directory[PATH_MAX];
  struct stat seen;
  snprintf(directory, sizeof directory, "%s", other ? other : path);
  *strrchr(directory, '/') = 0;
  if (stat(directory, &seen)) give_up("faulty: no directory %s\n", directory);
  struct act *act = note(what, &seen);
  act->path = strdup(path);
  act->other = other ? strdup(other) : NULL;
  act->kept = kept;
}

static char *put_aside(const char *path) {
  static int number;
  char place[PATH_MAX + 32];
  struct stat seen;
  if (!journaling() || stat(path, &seen)) return NULL;
  if (!*stash) give_up("faulty: FAULTY_STASH is not set\n");
  snprintf(place, sizeof place, "%s/%d-%d", stash, (int)getpid(), number++);
  if (syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, place, 0))
    give_up("faulty: cannot keep %s: %s\n", path, strerror(errno));
  return strdup(place);
}

static void forget(const struct stat *synced) {
  size_t left = 0;
  for (size_t i = 0; i < known; i++) {
    struct act *act = &acts[i];
    if (act->device == synced->st_dev && act->inode == synced->st_ino) {
      if (act->kept) syscall(SYS_unlinkat, AT_FDCWD, act->kept, 0);
      free(act->old), free(act->new), free(act->path), free(act->other), free(act->kept);
    } else {
      acts[left++] = *act;
    }
  }
  known = left;
}

/* ---- The cut ---- */

static uint64_t draw(uint64_t below_this) {
  uint64_t z = (chance += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return (z ^ (z >> 31)) % below_this;
}

static void put(int own, const void *bytes, size_t length, off_t at) {
  if (syscall(SYS_pwrite64, own, bytes, length, at) != (long)length) give_up("faulty: cannot write at the cut\n");
}

static void resize(int own, off_t size) {
  if (syscall(SYS_ftruncate, own, size)) give_up("faulty: cannot resize at the cut\n");
}

static void undo_bytes(const struct act *act) {
  resize(act->own, act->old_size);
  if (act->old_length) put(act->own, act->old, act->old_length, act->at);
}

enum { NOTHING, EVERYTHING, SOME_WRITES, SOME_SECTORS, FIRST_WRITES };

/* Write again what survives of one write: all of it, or some of its sectors; `torn` bytes less. */
static size_t survive(const struct act *act, int style, uint64_t of_eight, size_t torn) {
  size_t survived = 0, done = 0;
  while (done < act->length) {
    size_t piece = act->length - done, to_boundary = 512 - (size_t)((act->at + (off_t)done) % 512);
    if (style == SOME_SECTORS && piece > to_boundary) piece = to_boundary;
    if (style != SOME_SECTORS || draw(8) < of_eight) {
      size_t kept = torn && done + piece >= act->length ? (torn < piece ? piece - torn : 0) : piece;
      put(act->own, act->new + done, kept, act->at + (off_t)done);
      survived += kept;
    }
    done += piece;
  }
  return survived;
}

static void redo_bytes(int style, size_t *kept) {
  uint64_t of_eight = 1 + draw(7);
  size_t first = style == FIRST_WRITES ? (size_t)draw(known + 1) : known;
  size_t last = known;
  char *stays = calloc(known + 1, 1);
  for (size_t i = 0; i < known; i++) {
    if (acts[i].what > RESIZED) continue;
    if (style == EVERYTHING) stays[i] = 1;
    else if (style == FIRST_WRITES) stays[i] = i < first;
    else if (style == SOME_SECTORS && acts[i].what == WRITTEN) stays[i] = 1; /* its sectors are drawn later */
    else stays[i] = style != NOTHING && draw(8) < of_eight;
    if (stays[i]) last = i;
  }
  for (size_t i = 0; i < known; i++) {
    if (!stays[i]) continue;
    if (acts[i].what == RESIZED) resize(acts[i].own, acts[i].new_size);
    else {
      size_t length = acts[i].length ? acts[i].length : 1;
      size_t torn = style >= SOME_WRITES && i == last && draw(2) ? 1 + (size_t)draw(length) : 0;
      *kept += survive(&acts[i], style, of_eight, torn);
    }
  }
  /* The length may reach the disk before the bytes: zeros. */
  for (size_t i = 0; style >= SOME_WRITES && i < known; i++) {
    struct stat seen;
    if (acts[i].what == WRITTEN && !draw(8) && !fstat(acts[i].own, &seen) && seen.st_size < acts[i].new_size)
      resize(acts[i].own, acts[i].new_size);
  }
  free(stays);
}

static void undo_entry(const struct act *act) {
  char place[PATH_MAX + 32];
  switch (act->what) {
  case CREATED: syscall(SYS_unlinkat, AT_FDCWD, act->path, 0); break;
  case UNLINKED: syscall(SYS_linkat, AT_FDCWD, act->kept, AT_FDCWD, act->path, 0); break;
  case RENAMED:
    syscall(SYS_renameat2, AT_FDCWD, act->other, AT_FDCWD, act->path, 0);
    if (act->kept) syscall(SYS_linkat, AT_FDCWD, act->kept, AT_FDCWD, act->other, 0);
    break;
  case DIRECTORY:
    snprintf(place, sizeof place, "%s/directory-%d-%u", stash, (int)getpid(), (unsigned)draw(1u << 30));
    if (syscall(SYS_renameat2, AT_FDCWD, act->path, AT_FDCWD, place, 0))
      give_up("faulty: cannot take %s back\n", act->path);
    break;
  default: break;
  }
}

static int same_place(const struct act *one, const struct act *other) {
  return one->inode == other->inode && one->device == other->device;
}

/* Entries of one directory reach the disk in their order: the first so many of them stay. */
static size_t undo_entries(int style) {
  size_t undone = 0;
  for (size_t i = known; i-- > 0;) {
    if (acts[i].what <= RESIZED) continue;
    int lost = style == NOTHING || (style != EVERYTHING && draw(2));
    if (!lost) {
      /* What stays keeps everything before it in the same directory. */
      for (size_t j = 0; j < i; j++)
        if (acts[j].what > RESIZED && same_place(&acts[j], &acts[i])) acts[j].what = KEPT;
      continue;
    }
    undo_entry(&acts[i]);
    undone++;
  }
  return undone;
}

__attribute__((noreturn)) static void cut(const char *where) {
  uint64_t seed = chance;
  int style = (int)(chance % 5);
  size_t kept = 0, bytes = 0, total = known;
  for (size_t i = known; i-- > 0;)
    if (acts[i].what <= RESIZED) undo_bytes(&acts[i]), bytes += acts[i].length;
  redo_bytes(style, &kept);
  size_t undone = undo_entries(style);
  dprintf(2, "faulty: cut at %s, seed %llu: %zu acts not synced, ", where, (unsigned long long)seed, total);
  dprintf(2, "%zu of %zu bytes survive, %zu entries undone\n", kept, bytes, undone);
  syscall(SYS_exit_group, 137);
  __builtin_unreachable();
}
