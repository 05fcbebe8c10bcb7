//! Looking hosts up at real name servers and at hostile ones.

mod hostile;
mod scene;
mod servers;
