//! Validation on all cores, of inputs before and of outputs after every rewrite.

use crate::error::{Error, Result, Stage};
use crate::parallel::prelude::*;
use wasmparser::{
    FuncToValidate, FuncValidatorAllocations, FunctionBody, ValidPayload, Validator,
    ValidatorResources,
};

/// Checks a whole module against the specification (wasmparser's default features: every finished proposal).
///
/// # Errors
/// Names the first violation, with its offset, as met in `stage`.
pub(crate) fn validate(bytes: &[u8], stage: Stage) -> Result<()> {
    let fail = |e: wasmparser::BinaryReaderError| Error::from_parser(stage, &e);
    let mut validator = Validator::new();
    let mut bodies: Vec<(FuncToValidate<ValidatorResources>, FunctionBody<'_>)> = Vec::new();
    for payload in wasmparser::Parser::new(0).parse_all(bytes) {
        if let ValidPayload::Func(function, body) =
            validator.payload(&payload.map_err(fail)?).map_err(fail)?
        {
            bodies.push((function, body));
        }
    }
    let check = |allocations: &mut FuncValidatorAllocations,
                 (function, body): (FuncToValidate<_>, FunctionBody<'_>)| {
        let mut validator = function.into_validator(std::mem::take(allocations));
        let result = validator.validate(&body).map_err(fail);
        *allocations = validator.into_allocations();
        result
    };
    // Not try_for_each: the error reported is the first by offset, not a random one.
    let errors: Vec<Error> = bodies
        .into_par_iter()
        .map_init(FuncValidatorAllocations::default, check)
        .filter_map(Result::err)
        .collect();
    match errors.into_iter().min_by_key(Error::offset) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}
