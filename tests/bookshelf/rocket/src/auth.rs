//! Who is calling.

use jsonwebtoken::{decode, DecodingKey, Validation};
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::Request;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct CurrentUser {
    pub sub: i32,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for CurrentUser {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let header = request.headers().get_one("Authorization");
        match header.and_then(|value| value.strip_prefix("Bearer ")).and_then(claims) {
            Some(user) => Outcome::Success(user),
            None => Outcome::Error((Status::Unauthorized, ())),
        }
    }
}

fn claims(token: &str) -> Option<CurrentUser> {
    let secret = std::env::var("JWT_SECRET").ok()?;
    let key = DecodingKey::from_secret(secret.as_bytes());
    decode::<CurrentUser>(token, &key, &Validation::default()).ok().map(|data| data.claims)
}
