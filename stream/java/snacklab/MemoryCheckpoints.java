package snacklab;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PathFilter;
import org.apache.hadoop.fs.PositionedReadable;
import org.apache.hadoop.fs.Seekable;
import org.apache.spark.sql.execution.streaming.CheckpointFileManager;

/**
 * A streaming query's checkpoint, kept in the driver's memory. Each start of the stream job has a fresh checkpoint and
 * goes on from the head (protocol rule 11), so nobody could read it after the driver ended; on disk it only cost time:
 * two files a micro-batch, each with a checksum file, a rename and a child process that sets permissions.
 */
public final class MemoryCheckpoints implements CheckpointFileManager {
    private static final Map<Path, byte[]> FILES = new ConcurrentHashMap<>();

    private final Path root;

    /** The constructor that Spark looks for by reflection. */
    public MemoryCheckpoints(Path root, Configuration configuration) {
        this.root = root;
    }

    @Override
    public CancellableFSDataOutputStream createAtomic(Path path, boolean overwriteIfPossible) {
        if (!overwriteIfPossible && FILES.containsKey(path)) {
            throw MemoryCheckpoints.<RuntimeException>unchecked(new FileAlreadyExistsException(path + " exists"));
        }
        return new File(path, new ByteArrayOutputStream());
    }

    @Override
    public FSDataInputStream open(Path path) {
        byte[] content = FILES.get(path);
        if (content == null) throw MemoryCheckpoints.<RuntimeException>unchecked(new FileNotFoundException("no such file in memory: " + path));
        return new FSDataInputStream(new Content(content));
    }

    @Override
    public FileStatus[] list(Path folder, PathFilter filter) {
        return FILES.entrySet().stream()
            .filter(file -> folder.equals(file.getKey().getParent()) && filter.accept(file.getKey()))
            .map(file -> new FileStatus(file.getValue().length, false, 1, 1, 0, file.getKey()))
            .toArray(FileStatus[]::new);
    }

    /** Folders are only names. */
    @Override
    public void mkdirs(Path folder) {}

    @Override
    public boolean exists(Path path) {
        return FILES.keySet().stream().anyMatch(file -> isWithin(file, path));
    }

    @Override
    public void delete(Path path) {
        FILES.keySet().removeIf(file -> isWithin(file, path));
    }

    @Override
    public boolean isLocal() {
        return true;
    }

    @Override
    public Path createCheckpointDirectory() {
        return root;
    }

    /** Spark waits for IOExceptions here, which its interface, being Scala's, does not declare. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> RuntimeException unchecked(IOException exception) throws E {
        throw (E) exception;
    }

    private static boolean isWithin(Path file, Path path) {
        return file.equals(path) || file.toString().startsWith(path + Path.SEPARATOR);
    }

    /** A file that is there once it is closed, and never if it was cancelled before. */
    private static final class File extends CheckpointFileManager.CancellableFSDataOutputStream {
        private final Path path;
        private final ByteArrayOutputStream content;
        private boolean ended;

        File(Path path, ByteArrayOutputStream content) {
            super(content);
            this.path = path;
            this.content = content;
        }

        @Override
        public void close() throws IOException {
            super.close();
            if (!ended) FILES.put(path, content.toByteArray());
            ended = true;
        }

        @Override
        public void cancel() {
            ended = true;
        }
    }

    private static final class Content extends ByteArrayInputStream implements Seekable, PositionedReadable {
        Content(byte[] content) {
            super(content);
        }

        @Override
        public void seek(long position) throws IOException {
            if (position < 0 || position > count) throw new EOFException("no position " + position + " in " + count);
            pos = (int) position;
        }

        @Override
        public long getPos() {
            return pos;
        }

        @Override
        public boolean seekToNewSource(long position) {
            return false;
        }

        @Override
        public int read(long position, byte[] target, int offset, int length) {
            if (position >= count) return -1;
            int read = (int) Math.min(length, count - position);
            System.arraycopy(buf, (int) position, target, offset, read);
            return read;
        }

        @Override
        public void readFully(long position, byte[] target, int offset, int length) throws IOException {
            if (read(position, target, offset, length) < length) throw new EOFException("only " + count + " bytes");
        }

        @Override
        public void readFully(long position, byte[] target) throws IOException {
            readFully(position, target, 0, target.length);
        }
    }
}
