//! Tokens.

use leasehold_core::{Timestamp, TokenName};
use leasehold_store::StoreError;
use leasehold_store::authority::{Change, Roles, Stamp, Token, TokenRows};
use tokio_postgres::Row;

use super::row::{Parameter, at, bytes, integer, optional_time, parsed, time, whole};
use super::transaction::PostgresTransaction;
use crate::failure::Fault;

impl TokenRows for PostgresTransaction<'_> {
    fn add_token(&mut self, token: &Token, by: Stamp) -> Result<(), StoreError> {
        let Token { ref name, hash, roles, made, expires, used, revoked } = *token;
        let (expires, used, revoked) = (expires.map(at), used.map(at), revoked.map(at));
        let row: &[Parameter<'_>] =
            &[&name.as_str(), &&hash[..], &integer(roles.number()), &at(made), &expires, &used, &revoked];
        self.change(sql!("token_add"), row)?;
        self.note(&Change::TokenAdded(*name, roles), by)
    }

    fn token(&mut self, hash: &[u8; 32]) -> Result<Option<Token>, StoreError> {
        self.first(sql!("token"), &[&&hash[..]], token)
    }

    fn tokens(&mut self) -> Result<Vec<Token>, StoreError> {
        self.all(sql!("tokens"), &[], token)
    }

    fn token_used(&mut self, name: &TokenName, used: Timestamp) -> Result<(), StoreError> {
        self.change(sql!("token_used"), &[&name.as_str(), &at(used)]).map(drop)
    }

    fn revoke_token(&mut self, name: &TokenName, by: Stamp) -> Result<(), StoreError> {
        match self.change(sql!("token_revoke"), &[&name.as_str(), &at(by.at)])? {
            0 => Ok(()),
            _ => self.note(&Change::TokenRevoked(*name), by),
        }
    }
}

fn token(row: &Row) -> Result<Token, Fault> {
    Ok(Token {
        name: parsed(row, 0)?,
        hash: bytes(row, 1)?,
        roles: Roles::from_number(whole(row, 2)?).ok_or_else(|| Fault::damaged("no roles"))?,
        made: time(row, 3)?,
        expires: optional_time(row, 4)?,
        used: optional_time(row, 5)?,
        revoked: optional_time(row, 6)?,
    })
}
