//! SQLite's interface to a file layer (VFS), in its own terms: C functions that hand on to [`Handle`].
//!
//! Invariant: the only file of this crate with unsafe code. Every pointer is one that SQLite handed in
//! and promises to be good for the call, or one that this file made and SQLite hands back.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::null_mut;
use std::slice;
use std::sync::Once;
use std::sync::atomic::{Ordering, fence};

use rusqlite::ffi;

use super::drive::{Failure, How};
use super::find;
use super::handle::Handle;
use super::locks::Level;
use super::sectors::SECTOR;

/// What SQLite reserves room for per open file. It looks at the methods and leaves the rest to us.
#[repr(C)]
struct OpenFile {
    base: ffi::sqlite3_file,
    handle: *mut Handle,
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(raise_lock),
    xUnlock: Some(lower_lock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// Registers the layer, once per process. If that fails, opening anything on it says so.
pub fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: a null name asks for the default layer, which SQLite keeps for ever; it sets itself up first.
        let default = unsafe { ffi::sqlite3_vfs_find(std::ptr::null()) };
        if default.is_null() {
            return;
        }
        let ours = Box::leak(Box::new(ffi::sqlite3_vfs {
            iVersion: 2,
            szOsFile: c_int::try_from(size_of::<OpenFile>()).unwrap_or(c_int::MAX),
            mxPathname: 512,
            pNext: null_mut(),
            zName: c"zuil-disk".as_ptr(),
            pAppData: null_mut(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            xFullPathname: Some(full_pathname),
            // SAFETY: the default layer is there for ever. Its clock, sleep, randomness and library loader,
            // which are taken over here, look at no field of the layer that they are called for.
            ..unsafe { *default }
        }));
        // SAFETY: the structure was leaked, so it is there for ever, and nobody else changes it.
        unsafe { ffi::sqlite3_vfs_register(ours, 0) };
    });
}

const fn code(failure: Failure) -> c_int {
    match failure {
        Failure::Dead => ffi::SQLITE_IOERR,
        Failure::Full => ffi::SQLITE_FULL,
        Failure::Write => ffi::SQLITE_IOERR_WRITE,
        Failure::Sync => ffi::SQLITE_IOERR_FSYNC,
        Failure::Truncate => ffi::SQLITE_IOERR_TRUNCATE,
        Failure::Delete => ffi::SQLITE_IOERR_DELETE,
        Failure::Missing => ffi::SQLITE_IOERR_DELETE_NOENT,
        Failure::CannotOpen => ffi::SQLITE_CANTOPEN,
        Failure::ReadOnly => ffi::SQLITE_READONLY,
        Failure::ShortRead => ffi::SQLITE_IOERR_SHORT_READ,
        Failure::Busy => ffi::SQLITE_BUSY,
    }
}

fn result(done: Result<(), Failure>) -> c_int {
    done.map_or_else(code, |()| ffi::SQLITE_OK)
}

/// SQLite never hands in a negative number for an offset or a length.
fn size(number: impl TryInto<usize>) -> usize {
    number.try_into().unwrap_or(0)
}

const fn level(word: c_int) -> Level {
    match word {
        ffi::SQLITE_LOCK_NONE => Level::None,
        ffi::SQLITE_LOCK_SHARED => Level::Shared,
        ffi::SQLITE_LOCK_RESERVED => Level::Reserved,
        ffi::SQLITE_LOCK_PENDING => Level::Pending,
        _ => Level::Exclusive,
    }
}

/// # Safety
/// `file` is one that [`open`] filled in and [`close`] has not seen, and SQLite uses it from one thread
/// at a time.
unsafe fn handle<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Handle {
    // SAFETY: `open` put a boxed handle there, which lives until `close`; by the above nobody else has it now.
    unsafe { &mut *(*file.cast::<OpenFile>()).handle }
}

/// # Safety
/// `name` is null or a C string that outlives the use of the result.
unsafe fn text<'a>(name: *const c_char) -> Option<&'a str> {
    if name.is_null() {
        return None;
    }
    // SAFETY: as this function demands.
    unsafe { CStr::from_ptr(name) }.to_str().ok()
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let file = file.cast::<OpenFile>();
    // SAFETY: SQLite hands in room for `szOsFile` bytes, which is an `OpenFile`. Without methods it does
    // not close what could not be opened.
    unsafe { (*file).base.pMethods = std::ptr::null() };
    let wants = |flag: c_int| flags & flag != 0;
    let opened = if name.is_null() {
        Ok(Handle::nameless())
    } else {
        // SAFETY: the name is a C string for the length of this call.
        let Some((disk, name)) = unsafe { text(name) }.and_then(find) else { return ffi::SQLITE_CANTOPEN };
        let journals = ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_SUPER_JOURNAL | ffi::SQLITE_OPEN_WAL;
        let how = How {
            make: wants(ffi::SQLITE_OPEN_CREATE),
            new_only: wants(ffi::SQLITE_OPEN_EXCLUSIVE),
            write: wants(ffi::SQLITE_OPEN_READWRITE),
            passing: wants(ffi::SQLITE_OPEN_DELETEONCLOSE),
            // Whether or not it was there, as SQLite's own layer.
            syncs_folder: wants(journals) && wants(ffi::SQLITE_OPEN_CREATE),
        };
        Handle::open(disk, name, how)
    };
    let opened = match opened {
        Ok(opened) => opened,
        Err(failure) => return code(failure),
    };
    if !out_flags.is_null() {
        let access =
            if opened.is_read_only() { ffi::SQLITE_OPEN_READONLY } else { ffi::SQLITE_OPEN_READWRITE };
        let others = flags & !(ffi::SQLITE_OPEN_READONLY | ffi::SQLITE_OPEN_READWRITE);
        // SAFETY: it is not null, so it points to a number for the answer.
        unsafe { *out_flags = others | access };
    }
    // SAFETY: as above, `file` has room for an `OpenFile`. The handle is freed in `close`.
    unsafe {
        (*file).handle = Box::into_raw(Box::new(opened));
        (*file).base.pMethods = &raw const METHODS;
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    // SAFETY: the name is a C string for the length of this call.
    match unsafe { text(name) }.and_then(find) {
        Some((disk, name)) => result(disk.drive().delete(name, sync != 0)),
        None => ffi::SQLITE_IOERR_DELETE,
    }
}

unsafe extern "C" fn access(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: the name is a C string for the length of this call.
    let Some((disk, name)) = unsafe { text(name) }.and_then(find) else { return ffi::SQLITE_IOERR };
    let length = match disk.drive().length(name, flags == ffi::SQLITE_ACCESS_READWRITE) {
        Ok(length) => length,
        Err(failure) => return code(failure),
    };
    // As SQLite's own layer: a file without content does not count as being there.
    let yes = match flags {
        ffi::SQLITE_ACCESS_EXISTS => length.is_some_and(|length| length > 0),
        _ => length.is_some(),
    };
    // SAFETY: SQLite hands in a number for the answer.
    unsafe { *out = c_int::from(yes) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_pathname(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: the name is a C string for the length of this call.
    let name = unsafe { CStr::from_ptr(name) }.to_bytes_with_nul();
    if name.len() > size(room) {
        return ffi::SQLITE_CANTOPEN;
    }
    // SAFETY: `out` has `room` bytes, at least as many as are copied; SQLite never hands in the same place
    // for both.
    unsafe { std::ptr::copy_nonoverlapping(name.as_ptr().cast(), out, name.len()) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let file = file.cast::<OpenFile>();
    // SAFETY: SQLite closes a file once, and only one that `open` filled in with a boxed handle.
    unsafe {
        (*file).base.pMethods = std::ptr::null();
        drop(Box::from_raw((*file).handle));
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    into: *mut c_void,
    length: c_int,
    offset: i64,
) -> c_int {
    // SAFETY: SQLite hands in an open file, and room for `length` bytes that nobody else looks at.
    let (handle, into) = unsafe { (handle(file), slice::from_raw_parts_mut(into.cast(), size(length))) };
    result(handle.read(size(offset), into))
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    length: c_int,
    offset: i64,
) -> c_int {
    // SAFETY: SQLite hands in an open file, and `length` bytes that nobody changes meanwhile.
    let (handle, from) = unsafe { (handle(file), slice::from_raw_parts(from.cast(), size(length))) };
    result(handle.write(size(offset), from))
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: i64) -> c_int {
    // SAFETY: SQLite hands in an open file.
    result(unsafe { handle(file) }.truncate(size(length)))
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: SQLite hands in an open file.
    result(unsafe { handle(file) }.sync())
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, out: *mut i64) -> c_int {
    // SAFETY: SQLite hands in an open file.
    match unsafe { handle(file) }.length() {
        Ok(length) => {
            // SAFETY: SQLite hands in a number for the answer.
            unsafe { *out = i64::try_from(length).unwrap_or(i64::MAX) };
            ffi::SQLITE_OK
        }
        Err(failure) => code(failure),
    }
}

unsafe extern "C" fn raise_lock(file: *mut ffi::sqlite3_file, wanted: c_int) -> c_int {
    // SAFETY: SQLite hands in an open file.
    result(unsafe { handle(file) }.raise(level(wanted)))
}

unsafe extern "C" fn lower_lock(file: *mut ffi::sqlite3_file, to: c_int) -> c_int {
    // SAFETY: SQLite hands in an open file.
    result(unsafe { handle(file) }.lower(level(to)))
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: SQLite hands in an open file.
    match unsafe { handle(file) }.is_reserved() {
        Ok(reserved) => {
            // SAFETY: SQLite hands in a number for the answer.
            unsafe { *out = c_int::from(reserved) };
            ffi::SQLITE_OK
        }
        Err(failure) => code(failure),
    }
}

unsafe extern "C" fn file_control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    c_int::try_from(SECTOR).unwrap_or(c_int::MAX)
}

unsafe extern "C" fn device_characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite hands in an open file.
    if unsafe { handle(file) }.powersafe_overwrite() { ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE } else { 0 }
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    bytes: c_int,
    make: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: SQLite hands in an open file.
    match unsafe { handle(file) }.region(size(region), size(bytes), make != 0) {
        Ok(place) => {
            // SAFETY: SQLite hands in a pointer for the answer. The region stays where it is as long as
            // this handle has not let go of it in `shm_unmap` or `close`.
            unsafe { *out = place.unwrap_or(null_mut()) };
            ffi::SQLITE_OK
        }
        Err(failure) => code(failure),
    }
}

unsafe extern "C" fn shm_lock(
    file: *mut ffi::sqlite3_file,
    first: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: SQLite hands in an open file.
    let handle = unsafe { handle(file) };
    let (first, end) = (size(first), size(first) + size(count));
    if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
        handle.give_back(first, end);
        return ffi::SQLITE_OK;
    }
    result(handle.take(first, end, flags & ffi::SQLITE_SHM_EXCLUSIVE != 0))
}

unsafe extern "C" fn shm_barrier(_: *mut ffi::sqlite3_file) {
    fence(Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: SQLite hands in an open file, and does not touch the regions after this.
    unsafe { handle(file) }.unmap();
    ffi::SQLITE_OK
}
