//! Instances of classes of Windows Management Instrumentation, read: nothing is called that changes or starts something.

use std::ffi::c_void;
use std::io;
use std::ptr;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use windows_sys::Win32::System::Com::{
    CLSCTX_INPROC_SERVER, CoCreateInstance, CoSetProxyBlanket, EOAC_NONE, RPC_C_AUTHN_LEVEL_CALL,
    RPC_C_IMP_LEVEL_IMPERSONATE,
};
use windows_sys::Win32::System::Rpc::{RPC_C_AUTHN_WINNT, RPC_C_AUTHZ_NONE};
use windows_sys::Win32::System::Wmi::{
    CIM_UINT8, CIM_UINT16, CIM_UINT32, WBEM_E_INVALID_CLASS, WBEM_E_NOT_FOUND, WBEM_FLAG_CONNECT_USE_MAX_WAIT,
    WBEM_FLAG_FORWARD_ONLY, WBEM_FLAG_RETURN_IMMEDIATELY, WBEM_S_TIMEDOUT, WbemLocator,
};
use windows_sys::core::GUID;

use crate::com::{Apartment, Com, Instances, Locator, Object, Services, Text, Value, done};
use crate::wide;

/// What is asked of one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query {
    /// The class.
    pub class: &'static str,
    /// The properties to read; those that this system's class lacks are left out.
    pub properties: &'static [&'static str],
    /// The property that instances must have a value of, where the class has it.
    pub having: Option<&'static str>,
}

/// An instance: the properties that have a value, by name.
pub type Instance = Vec<(&'static str, String)>;

/// What a class answered: its instances, or `None` where this system has no such class.
pub type Answer = io::Result<Option<Vec<Instance>>>;

/// Asks the namespace `root\cimv2` of this machine; an answer for each query, in their order. All of it takes `limit` at most.
///
/// # Errors
/// Where WMI cannot be reached, or does not answer in time; what fails for one class alone is in its answer.
pub fn ask(queries: Vec<Query>, limit: Duration) -> io::Result<Vec<Answer>> {
    // Calls of COM cannot be broken off. A thread that still waits ends with the program.
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new().name("wmi".into()).spawn(move || drop(sender.send(ask_here(&queries))))?;
    receiver.recv_timeout(limit).unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut)))
}

fn ask_here(queries: &[Query]) -> io::Result<Vec<Answer>> {
    let _right = Apartment::enter()?;
    let services = connect()?;
    Ok(queries.iter().map(|query| instances(&services, query)).collect())
}

fn connect() -> io::Result<Com<Services>> {
    let mut given = ptr::null_mut();
    // SAFETY: both ids are of this class and its interface, and the answer may be written.
    let made = unsafe {
        CoCreateInstance(&WbemLocator, ptr::null_mut(), CLSCTX_INPROC_SERVER, &ID_OF_LOCATOR, &raw mut given)
    };
    done(made)?;
    // SAFETY: the call succeeded, so that this is the interface that was asked for.
    let locator: Com<Locator> = unsafe { Com::given(given) }?;
    let (space, mut given, none) = (Text::new(r"root\cimv2"), ptr::null_mut(), ptr::null());
    let connect = locator.functions().connect_server;
    // SAFETY: the text is one of COM; of what may be null all is null, and the answer may be written.
    let connected = unsafe {
        connect(
            locator.this(),
            space.0,
            none,
            none,
            none,
            WBEM_FLAG_CONNECT_USE_MAX_WAIT,
            none,
            ptr::null_mut(),
            &raw mut given,
        )
    };
    done(connected)?;
    // SAFETY: as above.
    let services: Com<Services> = unsafe { Com::given(given) }?;
    trust(services.this());
    Ok(services)
}

/// Lets the service act as this user. Where a local one needs no such leave it refuses, which is no matter.
fn trust(services: *mut c_void) {
    // SAFETY: the object is alive, and of what may be null all is null.
    unsafe {
        CoSetProxyBlanket(
            services,
            RPC_C_AUTHN_WINNT,
            RPC_C_AUTHZ_NONE,
            ptr::null(),
            RPC_C_AUTHN_LEVEL_CALL,
            RPC_C_IMP_LEVEL_IMPERSONATE,
            ptr::null(),
            EOAC_NONE.cast_unsigned(),
        )
    };
}

fn instances(services: &Com<Services>, query: &Query) -> Answer {
    let Some(class) = class(services, query.class)? else { return Ok(None) };
    // A property that is named and unknown would be an error, and all of them would ask for keys too.
    let known: Vec<_> = query.properties.iter().copied().filter(|name| value(&class, name).is_ok()).collect();
    if known.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let having = query.having.filter(|name| known.contains(name));
    let condition = having.map_or_else(String::new, |name| format!(" WHERE {name} IS NOT NULL"));
    let text = Text::new(&format!("SELECT {} FROM {}{condition}", known.join(", "), query.class));
    let (language, mut given) = (Text::new("WQL"), ptr::null_mut());
    let flags = WBEM_FLAG_FORWARD_ONLY | WBEM_FLAG_RETURN_IMMEDIATELY;
    let ask = services.functions().query;
    // SAFETY: both texts are of COM, and the answer may be written.
    done(unsafe { ask(services.this(), language.0, text.0, flags, ptr::null_mut(), &raw mut given) })?;
    // SAFETY: the call succeeded, so that this is what it is declared to give.
    let found: Com<Instances> = unsafe { Com::given(given) }?;
    trust(found.this());
    let mut all = Vec::new();
    while let Some(object) = next(&found)? {
        let read = |name: &&'static str| value(&object, name).ok().flatten().map(|value| (*name, value));
        all.push(known.iter().filter_map(read).collect());
    }
    Ok(Some(all))
}

/// The class itself, to see which properties it has.
fn class(services: &Com<Services>, name: &str) -> io::Result<Option<Com<Object>>> {
    let (name, mut given) = (Text::new(name), ptr::null_mut());
    let object = services.functions().object;
    // SAFETY: the text is one of COM; of the answers one is wanted, which may be written.
    match unsafe { object(services.this(), name.0, 0, ptr::null_mut(), &raw mut given, ptr::null_mut()) } {
        WBEM_E_NOT_FOUND | WBEM_E_INVALID_CLASS => Ok(None),
        code => {
            done(code)?;
            // SAFETY: as for instances.
            unsafe { Com::given(given) }.map(Some)
        }
    }
}

fn next(found: &Com<Instances>) -> io::Result<Option<Com<Object>>> {
    let (mut given, mut count) = (ptr::null_mut(), 0);
    let next = found.functions().next;
    // SAFETY: there is room for one object, which is what is asked for.
    let code = unsafe { next(found.this(), WAIT, 1, &raw mut given, &raw mut count) };
    done(code)?;
    if count > 0 {
        // SAFETY: the system says that it gave one.
        return unsafe { Com::given(given) }.map(Some);
    }
    if code == WBEM_S_TIMEDOUT { Err(io::Error::from(io::ErrorKind::TimedOut)) } else { Ok(None) }
}

/// The value of a property as text; an error where there is no such property.
fn value(object: &Com<Object>, name: &str) -> io::Result<Option<String>> {
    let (name, mut value, mut kind) = (wide::of(name), Value::empty(), 0);
    let read = object.functions().value;
    // SAFETY: the name ends with a zero; the value and its kind may be written.
    done(unsafe { read(object.this(), name.as_ptr(), 0, &raw mut value.0, &raw mut kind, ptr::null_mut()) })?;
    Ok(value.text([CIM_UINT8, CIM_UINT16, CIM_UINT32].contains(&kind)))
}

/// Milliseconds that one instance may take.
const WAIT: i32 = 10_000;
/// `IID_IWbemLocator`.
const ID_OF_LOCATOR: GUID = GUID::from_u128(0xdc12_a687_737f_11cf_884d_00aa_004b_2e24);

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: &[Query] = &[
        Query {
            class: "Win32_OperatingSystem",
            properties: &["Caption", "No_such", "Version"],
            having: Some("Caption"),
        },
        Query { class: "No_such_class", properties: &["Name"], having: None },
        Query { class: "Win32_OperatingSystem", properties: &["Caption"], having: Some("No_such") },
    ];

    #[test]
    fn a_class_is_read_and_one_that_is_missing_is_no_error() {
        let mut answers = ask(ASKED.to_vec(), Duration::from_mins(1)).unwrap().into_iter();
        let system = answers.next().unwrap().unwrap().unwrap();
        let names: Vec<_> = system[0].iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["Caption", "Version"]);
        assert!(system[0].iter().all(|(_, value)| !value.is_empty()), "{system:?}");
        assert!(answers.next().unwrap().unwrap().is_none());
        assert_eq!(answers.next().unwrap().unwrap().unwrap().len(), 1, "a condition that the class lacks is left out");
    }
}
