/** Handles of the files being uploaded, where the browser has them: after a reload they are read without being chosen again. */

type Handle = FileSystemFileHandle & {
  requestPermission?: (options: { mode: "read" }) => Promise<PermissionState>;
};

const DATABASE = "vod";
const STORE = "files";

/** Run one request on the store; null where there is no database (private windows). */
async function withStore<T>(
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T | null> {
  try {
    const database = await opened();
    return await new Promise((resolve, reject) => {
      const request = ask(database.transaction(STORE, mode).objectStore(STORE));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } catch {
    return null;
  }
}

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export async function keepHandle(videoId: string, handle: FileSystemFileHandle | null): Promise<void> {
  if (handle) await withStore("readwrite", (store) => store.put(handle, videoId));
}

export async function dropHandle(videoId: string): Promise<void> {
  await withStore("readwrite", (store) => store.delete(videoId));
}

/** The file of an unfinished upload, asking the reader for leave; null when it must be chosen again. */
export async function fileOf(videoId: string): Promise<File | null> {
  const handle = await withStore<Handle | undefined>("readonly", (store) => store.get(videoId));
  if (!handle?.requestPermission) return null;
  try {
    return (await handle.requestPermission({ mode: "read" })) === "granted" ? await handle.getFile() : null;
  } catch {
    return null;
  }
}

export interface Chosen {
  file: File;
  handle: FileSystemFileHandle | null;
}

type Item = DataTransferItem & { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> };

/** The files of a drop, with the videos and sounds of its folders; their handles where the browser gives them. */
export async function dropped(transfer: DataTransfer): Promise<Chosen[]> {
  // Everything must be asked for before the first await: the list is empty afterwards.
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const asked = items.map((item: Item) => ({
    file: item.getAsFile(),
    entry: item.webkitGetAsEntry?.() ?? null,
    handle: item.getAsFileSystemHandle?.() ?? Promise.resolve(null),
  }));
  const chosen = asked.map(async ({ file, entry, handle }): Promise<Chosen[]> => {
    const found = await handle.catch(() => null);
    if (entry?.isDirectory) return (await inside(entry as FileSystemDirectoryEntry)).filter(isMedia).map(withoutHandle);
    return file ? [{ file, handle: found?.kind === "file" ? (found as FileSystemFileHandle) : null }] : [];
  });
  return (await Promise.all(chosen)).flat();
}

/** Endings of what is uploaded although the browser knows no type for it. */
export const ENDINGS = [".mkv", ".ts", ".mxf", ".flv", ".vob", ".m2ts", ".mts"];

const LEAST_STREAM_BYTES = 1_000_000;

function isMedia(file: File): boolean {
  const name = file.name.toLowerCase();
  // Somebody's program in TypeScript is no transport stream.
  if (name.endsWith(".ts")) return file.size > LEAST_STREAM_BYTES;
  return /^(video|audio)\//.test(file.type) || ENDINGS.some((ending) => name.endsWith(ending));
}

function withoutHandle(file: File): Chosen {
  return { file, handle: null };
}

/** Every file of a folder and of those in it; what cannot be read is left out. */
async function inside(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = folder.createReader();
  const found: File[] = [];
  for (;;) {
    // A browser gives a hundred at a time.
    const entries = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (entries.length === 0) return found;
    for (const entry of entries) {
      if (entry.isDirectory) found.push(...(await inside(entry as FileSystemDirectoryEntry)));
      else await new Promise<void>((done) => (entry as FileSystemFileEntry).file((file) => (found.push(file), done()), () => done()));
    }
  }
}
